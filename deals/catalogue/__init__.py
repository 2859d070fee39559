"""What is sold and in which money: currencies with dated rates, products and their categories."""
