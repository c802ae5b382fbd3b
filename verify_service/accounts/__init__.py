"""Officers: who may sign in to the console, and whether the browser before us is theirs."""
