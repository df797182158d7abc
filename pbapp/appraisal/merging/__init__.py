"""Making one bid of several, with the consent of everybody behind them."""
