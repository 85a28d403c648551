# What the commands of this folder have in common: each part under a heading, with the seconds that it took, and one sentence where something is missing.

section() {
    local heading=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$heading"
    "$@"
    printf -- '-- %s: %d s\n' "$heading" $((SECONDS - start))
}

fail() {
    echo "$1" >&2
    exit 1
}
