// Small things on the document. Texts are set as texts: nothing that comes
// from the server or a model is ever read as HTML.

export const $ = (id) => document.getElementById(id);

// An element with properties ("class" and "data-..." too) and children.
export function el(name, props = {}, ...children) {
	const e = document.createElement(name);

	for (const [key, value] of Object.entries(props))
		set(e, key, value);
	e.append(...children.filter((c) => c !== null && c !== undefined));
	return e;
}

export function svg(name, props = {}, ...children) {
	const e = document.createElementNS("http://www.w3.org/2000/svg", name);

	for (const [key, value] of Object.entries(props))
		e.setAttribute(key, value);
	e.append(...children);
	return e;
}

function set(e, key, value) {
	if (value === null || value === undefined || value === false)
		return;
	e.setAttribute(key, value === true ? "" : value);
}

// Only what differs is touched, so that nobody's place or selection is lost.
export function text(e, value) {
	if (e.textContent !== value)
		e.textContent = value;
}

// A table with a caption for those who cannot see its heading.
export function table(caption, heads, rows) {
	return el("table", {},
	    el("caption", { class: "hidden" }, caption),
	    el("thead", {}, el("tr", {},
		...heads.map((h) => el("th", { scope: "col" }, h)))),
	    el("tbody", {}, ...rows.map((cells) => el("tr", {},
		...cells.map((c, i) => i === 0
		    ? el("th", { scope: "row" }, c) : el("td", {}, c))))));
}
