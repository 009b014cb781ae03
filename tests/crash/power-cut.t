#!/bin/sh
# The short form of power-cut; `make check-crash` runs the long one.
exec "$(dirname "$0")/power-cut" --short
