"""The whole service on one machine, with nothing installed: started, watched and stopped by `giydir up`."""
