"""From looks at a program to a verdict, on evidence that owes nothing to the reading."""
