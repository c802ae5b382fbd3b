"""Lists as offices send them: rosters, payments, insurer returns, RT heads. Read, doubted, reported, loaded."""
