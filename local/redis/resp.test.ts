import { expect, test } from "bun:test";
import type { Reply } from "./reply.ts";
import { encodeReply, replyReader } from "./resp.ts";

test("replies are read alike however the bytes are cut", () => {
  const replies: Reply[] = [
    { status: "OK" },
    { error: "ERR no" },
    -7,
    9007199254740993n,
    "bulk\r\nwith line ends \xff",
    "",
    null,
    [],
    [1, [{ status: "QUEUED" }, null, ["deep"]], []],
  ];
  const bytes = Buffer.from(replies.map(encodeReply).join(""), "latin1");
  for (let size = 1; size <= bytes.length; size++) {
    const seen: Reply[] = [];
    const read = replyReader((reply) => seen.push(reply));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    expect(seen).toEqual(replies);
  }
});
