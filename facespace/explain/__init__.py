"""Why a model says what it says, and what a picture is to a program."""
