"""After the vote: two people certify, scrutineers look, a hold stops, and a date destroys."""
