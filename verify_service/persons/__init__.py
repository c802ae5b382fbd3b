"""People as the city's office knows them: found, shown whole, and the rights they have over what is kept of them."""
