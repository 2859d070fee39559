"""The shared floor: abstract models, refusals, money, bases of admin and API, the commands that start the house."""
