"""Open data of a result: tables as CSV and JSON, what each column means, all of it as one zip."""
