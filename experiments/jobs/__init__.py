"""Jobs: what `towngown` can be asked to do, a file each, named as `job=` names them."""
