// What is asked of the server: this one, and no other.

const slot = "codex-api-proxy key";

export const key = {
	get: () => sessionStorage.getItem(slot),
	set: (value) => sessionStorage.setItem(slot, value),
	forget: () => sessionStorage.removeItem(slot),
};

// The server wants a key, or another one.
export class KeyNeeded extends Error {}

export async function ask(path, options = {}) {
	const headers = { ...options.headers };

	if (key.get())
		headers.Authorization = `Bearer ${key.get()}`;
	const response = await fetch(path, { cache: "no-store",
		credentials: "omit", redirect: "error", ...options, headers });

	if (response.status === 401 && (await codeOf(response)) ===
	    "invalid_api_key")
		throw new KeyNeeded();
	return response;
}

async function codeOf(response) {
	try {
		return (await response.clone().json()).error.code;
	} catch {
		return null;
	}
}

export async function json(path) {
	return (await ask(path)).json();
}

// The events of a stream, {type, data}, as they come. EventSource cannot send
// a key.
export async function* events(response) {
	const reader = response.body.pipeThrough(new TextDecoderStream())
	    .getReader();
	let rest = "";

	for (;;) {
		const { value, done } = await reader.read();

		if (done)
			return;
		const blocks = (rest + value).split("\n\n");

		rest = blocks.pop();
		for (const block of blocks) {
			const event = parse(block);

			if (event)
				yield event;
		}
	}
}

function parse(block) {
	let type = "message", data = null;

	for (const line of block.split("\n")) {
		if (line.startsWith("event: "))
			type = line.slice(7);
		else if (line.startsWith("data: "))
			data = (data ?? "") + line.slice(6);
	}
	return data === null ? null : { type, data };
}
