// Rows of raw_cases.test.mjs: bytes on a connection, and their right answer.
import { ask } from "./http.mjs";

export const chat = "/v1/chat/completions";
export const good = JSON.stringify(ask("FAKE:text=ok"));
export const key = "x-api-key: the-key";
export const json = "Content-Type: application/json";
export const smuggled = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

/*
 * want: the statuses, in order; one of several is a list, in which "cut" is
 * the end of the connection without an answer. code: that of our own last
 * answer. open: whether the connection can be used afterwards; "if taken":
 * when the answer is good. head: the answer has no body. half: the client
 * stops there, and nothing may come of it. shared: libmicrohttpd 1.0 may be
 * first, with a page or a cut of its own.
 *
 * bytes may be a function of the transport ("TCP", "TLS", "Unix"), want and
 * code objects with a value for each of them that differs.
 */
export const row = (name, bytes, want, rest = {}) => ({ name, bytes,
	want: Array.isArray(want) ? want : [want], open: true, ...rest });

export const ok = (name, bytes, rest) => row(name, bytes, 200, rest);

// Refused by us; the connection goes on.
export const no = (name, bytes, status, code, rest) =>
	row(name, bytes, status, { code, ...rest });

// Refused by us, and the end: nothing behind it is looked at.
export const end = (name, bytes, status, code) => row(name, bytes + smuggled,
    status, { code, open: false });

// The same, but libmicrohttpd 1.0 may come before us.
export const shared = (name, bytes) => row(name, bytes + smuggled,
    [[400, "cut"]], { code: "bad_framing", open: false, shared: true });

// Refused by libmicrohttpd, before we are asked: doc/mhd.md.
export const theirs = (name, bytes, ...statuses) => row(name,
    bytes + smuggled, [statuses], { open: false });

// What RFC 9110 or 9112 leaves to the server.
export const either = (name, bytes, ...statuses) => row(name, bytes,
    [statuses], { open: "if taken" });

export const half = (name, bytes) => row(name, bytes, [["cut"]],
    { half: true, open: false });

export const request = (line, ...fields) =>
	[line, ...fields, "", ""].join("\r\n");
export const get = (target, ...fields) => request(
    `GET ${target} HTTP/1.1`, "Host: localhost", ...fields);
export const health = (...fields) => get("/health", ...fields);

// A chat completion whose framing is in `fields`.
export const framed = (fields, rest = "") => request(
    `POST ${chat} HTTP/1.1`, "Host: localhost", key, json, ...fields) + rest;
export const post = (fields, body = good) =>
	framed([...fields, `Content-Length: ${body.length}`], body);
export const chunk = (s) => `${s.length.toString(16)}\r\n${s}\r\n`;
export const chunked = (...rest) =>
	framed(["Transfer-Encoding: chunked"], rest.join(""));
