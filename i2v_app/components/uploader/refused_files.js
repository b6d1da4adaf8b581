// Why a picture does not become a job. A `trouble` is either one of the page's own, `{ says, helps, values }`, which are
// keys of messages, or the API's refusal, `{ code, values, message, howToFix, retryAfterSeconds }`.

import { Refused } from "./upload_request.js";

/** The trouble with a file that the server would refuse for sure, or null. `mayBeScaled`: it may yet become smaller. */
export function refusalOfFile(file, { maxBytes, formats }, { mayBeScaled }) {
  if (file.type && !file.type.startsWith("image/")) {
    return formats.length
      ? { says: "upload.no_picture", helps: "upload.no_picture_formats", values: { formats: formats.join(", ") } }
      : { says: "upload.no_picture", helps: "upload.no_picture_help" };
  }
  if (file.size === 0) return { says: "upload.empty", helps: "upload.empty_help" };
  if (maxBytes && file.size > maxBytes && !mayBeScaled) {
    const values = { size: megabytes(file.size), limit: megabytes(maxBytes) };
    return { says: "upload.too_big", helps: "upload.too_big_help", values };
  }
  return null;
}

/** What becomes of an item whose sending ended with this error. */
export function troubleOf(error) {
  if (error instanceof Refused) return { phase: "refused", trouble: error.refusal };
  return { phase: "failed", trouble: { says: "upload.not_sent", helps: "upload.not_sent_help" } };
}

/** What is wrong, and what to do, in the reader's words; the API's own where there are none. */
export function wordsFor(trouble, say) {
  if (trouble.says) return [say(trouble.says, trouble.values), say(trouble.helps, trouble.values)];
  const said = trouble.code && say.refusal(trouble.code, trouble.values);
  return said ? [said, say.howToFix(trouble.code, trouble.values)] : [trouble.message, trouble.howToFix];
}

const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;
