"""What stands in for libraries and files that a stranger's program asks for."""
