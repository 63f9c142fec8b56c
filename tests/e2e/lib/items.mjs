// What goes upstream: the items of a Responses API request, as sim_model's
// journal has them, and as a test writes down what it expects.

import { codexOlder, transport } from "./env.mjs";

// PNGs of one pixel each, red and blue.
export const red = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABC" +
    "AYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const blue = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB" +
    "CAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

// Parts of a chat message.
export const text = (s) => ({ type: "text", text: s });
export const image = (url) => ({ type: "image_url", image_url: { url } });

// Items; a part is a string or input_image(url).
export const input_image = (url) => ({ type: "input_image", image_url: url });

const message = (role, kind, parts) => ({ type: "message", role,
	content: parts.map((p) => typeof p === "string"
	    ? { type: kind, text: p } : p) });

export const user = (...parts) => message("user", "input_text", parts);
export const developer = (...parts) =>
	message("developer", "input_text", parts);
export const assistant = (...parts) =>
	message("assistant", "output_text", parts);
export const call = (call_id, name, args) =>
	({ type: "function_call", name, arguments: args, call_id });
export const output = (call_id, value) =>
	({ type: "function_call_output", call_id, output: value });

// Codex gives every item an id (0.122.0 does not), and images a detail of its
// own choice; for the built-in provider, words about it that the model does not
// see. Messages and calls that the model itself has made, in a thread that goes
// on, come back with a status, and texts with annotations.
function plain({ id, internal_chat_message_metadata_passthrough: about,
	...item }) {
	if (["message", "function_call"].includes(item.type))
		delete item.status;
	const lists = { content: item.content, output: item.output };

	if (about !== undefined && transport === "http")
		throw new Error(`words about it: ${JSON.stringify(about)}`);
	if (!/^(msg|rs|fc|fco|ws|lsh|cmp)_/.test(id) &&
	    !(id === undefined && codexOlder("0.154.0")))
		throw new Error(`not an id of Codex's: ${id}`);
	for (const [name, list] of Object.entries(lists)) {
		if (Array.isArray(list))
			item[name] = list.map(({ detail, annotations, logprobs,
				...part }) => {
				void [detail, annotations, logprobs];
				return part;
			});
	}
	return item;
}

/*
 * The items and the tools of a request's body. On the newest models the tools
 * stand in an item of their own, in a namespace. Base instructions have a member
 * of their own before 0.162; here they are the first item, as they are since.
 */
export function received(body) {
	const tools = [...(body.tools ?? [])];
	const items = body.instructions ? [developer(body.instructions)] : [];

	for (const item of body.input) {
		if (item.type === "additional_tools")
			tools.push(...item.tools);
		else if (item.type !== "configuration_update")
			items.push(plain(item));
	}
	return { items, tools: tools.flatMap(
	    (t) => t.type === "namespace" ? t.tools : [t]) };
}

// The effort that counts. For the built-in provider an item behind the others
// changes that of the body, on the newest models.
export const effort = (body) => body.input
    .findLast((i) => i.type === "configuration_update")?.reasoning.effort ??
    body.reasoning?.effort;

// The texts of what users have said.
export const userTexts = (request) => request.body.input
    .filter((i) => i.role === "user")
    .flatMap((i) => i.content.map((p) => p.text));
