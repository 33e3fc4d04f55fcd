from datetime import timedelta

SESSION_AGE = timedelta(hours=12)
