# Scripts for people, and the checks on the sources that contrib/check runs.
EXTRA_DIST += \
	.ci/run \
	.gitignore \
	contrib/check \
	contrib/common.sh \
	contrib/quickstart \
	tests/tree/check_docs \
	tests/tree/check_format \
	tests/tree/check_layers \
	tests/tree/check_man \
	tests/tree/check_scripts \
	tests/tree/check_sizes \
	tests/tree/check_text \
	tests/tree/tree.py
