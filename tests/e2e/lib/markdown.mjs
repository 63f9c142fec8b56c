// What a test reads out of a document.

// From the heading of a section to the next of its kind.
export function section(text, title) {
	const at = `\n${text}`.indexOf(`\n## ${title}\n`);
	const end = text.indexOf("\n## ", at + 1);

	if (at < 0)
		throw new Error(`there is no section ${title}`);
	return text.slice(at, end < 0 ? undefined : end + 1);
}

// Rows of the first table whose first column has this heading, cell by cell.
export function rows(text, heading) {
	const [, table] = new RegExp(
	    `^\\| ${heading} \\|.*\n\\|[- |]*\n((?:\\|.*\n)+)`, "m").exec(text);

	return table.trimEnd().split("\n").map((row) =>
	    row.split("|").slice(1, -1).map((cell) => cell.trim()));
}
