#!/bin/sh
# Compiles a model and the client in C, and runs it: newton.sh MODEL
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
borel compile "$1.ppl" --data "$1.json" --output "$folder/$1.so" --header "$folder/bridgestan.h"
${CC:-cc} -O1 -I "$folder" -o "$folder/client" client.c "$folder/$1.so" -lm
"$folder/client" "$1.json"
