"""What people said, weighed into verdicts; where somebody must act, a discrepancy."""
