"""What has to do with the desk and the store together: pictures that expire, are forgotten or handed out."""
