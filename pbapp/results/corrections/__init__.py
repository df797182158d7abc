"""After the result is out: objections and their answers, and corrections with their history."""
