"""Attribution: models that share the money of won deals over the touches before them, and the shares as rows."""
