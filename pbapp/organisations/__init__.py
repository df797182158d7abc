"""Groups, partners and funders, and who may act for them."""
