// Posts one picture as a GraphQL multipart request. XMLHttpRequest, because fetch tells nothing of upload progress.

const UPLOAD = `mutation ($image: Upload!, $options: VideoOptions, $key: String) {
  uploadImage(image: $image, options: $options, idempotencyKey: $key) { __typename
    ... on Job { id }
    ... on UploadRefused { message howToFix retryAfterSeconds }
    ... on TryAgain { message howToFix } } }`;

/** The server did not take the picture; it may the next time. */
export class TryAgain extends Error {}

/** The server takes the picture later: there is no room for it yet. `seconds` until it is worth asking again. */
export class NotYet extends Error {
  constructor(message, seconds) {
    super(message);
    this.seconds = seconds;
  }
}

/** The server will not take this picture; `message` says why and `howToFix` what to do. */
export class Refused extends Error {
  constructor(message, howToFix) {
    super(message);
    this.howToFix = howToFix;
  }
}

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
  const said = request.response?.errors?.[0]?.message;
  reject(new Refused(said ?? "The server did not accept this picture.", "Try another picture, or this one again later."));
}

function refusalOf({ message, howToFix, retryAfterSeconds }) {
  return retryAfterSeconds ? new NotYet(message, retryAfterSeconds) : new Refused(message, howToFix);
}
