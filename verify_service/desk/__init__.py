"""What officers do: with a report, with the texts nobody could read, with the waiting list and the list itself."""
