"""The accuracy of the tables: every activation and loss against its true value, beside the frameworks."""
