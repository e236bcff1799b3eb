"""The known mistakes: each a record in words and a change to our reverse sweep, and the search for those that fit."""
