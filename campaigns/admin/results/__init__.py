"""The admin's pages of results: the overview, one campaign's figures, the lists behind them, the funnel."""
