# shellcheck shell=bash
# complete.bash FILE: what bash offers. For each line of standard input, whose
# words are separated by tabs and of which the last is being typed, the words
# that the completion in FILE offers, one a line, and then an empty line.
set -u

# shellcheck disable=SC1090 # the file under test
. "$1"

# As programmable completion finds it.
read -r _ _ function _ < <(complete -p codex-api-proxy)
while IFS= read -r line; do
	mapfile -t -d $'\t' COMP_WORDS < <(printf '%s' "$line")
	[[ $line != *$'\t' ]] || COMP_WORDS+=("")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	"$function"
	[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
	echo
done
