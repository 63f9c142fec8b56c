# complete.zsh DIRECTORY: what zsh offers. For each line of standard input a
# real interactive zsh, with the completions in DIRECTORY, is given that line
# and a TAB; the words that it would offer go to standard output, one a line,
# and then an empty line.
emulate -R zsh
zmodload zsh/zpty || exit 1

# Runs in the interactive zsh.
setup='
PROMPT= RPROMPT= PS2=
unsetopt auto_list auto_menu list_beep
bindkey -e
fpath=($COMPLETE_DIR $fpath)
autoload -Uz compinit && compinit -u -D
# Each match is told. It is taken, too: where none is, _files tries others.
compadd() {
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	local -a offered
	builtin compadd -A offered "$@"
	local word
	for word in $offered; do print -r -- "OFFER<$word>"; done
	builtin compadd "$@"
}
show() { zle complete-word; print -r -- "OFFERED"; zle kill-whole-line }
zle -C complete-word complete-word _main_complete
zle -N show
bindkey "^I" show
compdef _codex-api-proxy codex-api-proxy
print READY\-NOW
'
export COMPLETE_DIR=$1
zpty shell zsh -f -i
zpty -w shell "$setup"
zpty -r -m shell got '*READY-NOW*' || exit 1

while IFS= read -r query; do
	zpty -w -n shell "$query"$'\t'
	zpty -r -m shell got '*OFFERED*' || exit 1
	print -r -- "$got" | tr -d '\r' | grep -o 'OFFER<[^>]*>' |
		sed 's/^OFFER<//; s/>$//'
	print
done
zpty -d shell
