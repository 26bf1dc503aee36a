#!/bin/sh
# Makes the first account where there is none and a name for it is given, then serves.
set -eu

if [ -n "${FIRST_CURATOR:-}" ] && [ -z "$(citeback accounts list --json | grep '"name"')" ]; then
    if [ -n "${FIRST_PASSWORD_FILE:-}" ]; then
        FIRST_PASSWORD=$(cat "$FIRST_PASSWORD_FILE")
    fi
    printf '%s\n' "${FIRST_PASSWORD:?the first account needs a password}" |
        citeback accounts add "$FIRST_CURATOR" --role curator
fi
unset FIRST_PASSWORD
exec citeback serve
