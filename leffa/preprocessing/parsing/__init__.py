"""Human parsing: what each pixel of a person shows, in the ATR and LIP labels."""
