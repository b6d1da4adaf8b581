// Posts one picture as a GraphQL multipart request. XMLHttpRequest, because fetch tells nothing of upload progress.

const UPLOAD = `mutation ($image: Upload!, $options: VideoOptions, $key: String) {
  uploadImage(image: $image, options: $options, idempotencyKey: $key) { __typename
    ... on Job { id }
    ... on UploadRefused { code message howToFix retryAfterSeconds limit { name value unit } }
    ... on TryAgain { message howToFix } } }`;

/** The server did not take the picture; it may the next time. */
export class TryAgain extends Error {}

/** The server will not take this picture. `refusal`: `{ code, message, howToFix, values }`, the words in English. */
export class Refused extends Error {
  constructor(refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The server takes the picture later: there is no room for it yet. `refusal.retryAfterSeconds` until it is worth asking again. */
export class NotYet extends Refused {}

/**
 * Send a file. Resolves to the job's id; throws `TryAgain`, `NotYet` or `Refused`. `onProgress` hears the part sent, 0 to 1.
 * Sent again with the same `key`, it is the same job, however often an answer was lost.
 */
export function send(file, options, key, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("operations", JSON.stringify({ query: UPLOAD, variables: { image: null, options, key } }));
    form.append("map", JSON.stringify({ 0: ["variables.image"] }));
    form.append("0", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", "/graphql");
    request.setRequestHeader("X-I2V-Request", "1"); // another site's form could not send it
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => settle(request, resolve, reject);
    request.onerror = () => reject(new TryAgain("The connection was lost."));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function settle(request, resolve, reject) {
  const answer = request.response?.data?.uploadImage;
  if (answer?.__typename === "Job") return resolve(answer.id);
  if (answer?.__typename === "UploadRefused") return reject(refusalOf(answer));
  if (answer || request.status >= 500 || request.status === 408 || request.status === 429) {
    return reject(new TryAgain(answer?.message ?? "The server is busy."));
  }
  const error = request.response?.errors?.[0];
  if (!error) return reject(new Refused({ says: "upload.not_accepted", helps: "upload.not_accepted_help" }));
  reject(new Refused({ code: error.extensions?.code, message: error.message, howToFix: error.extensions?.howToFix ?? "" }));
}

function refusalOf({ code, message, howToFix, retryAfterSeconds, limit }) {
  const values = { limit: limit?.value, unit: limit?.unit, seconds: retryAfterSeconds };
  const refusal = { code, message, howToFix, retryAfterSeconds, values };
  return retryAfterSeconds ? new NotYet(refusal) : new Refused(refusal);
}
