/** Bytes within JSON, in the form that Azure's Logic Apps have for them: `{"$content-type": "image/png", "$content": "BASE64"}`. */

const contentMember = '$content';
const typeMember = '$content-type';

export function binaryValue(bytes: Uint8Array, contentType = 'application/octet-stream'): Record<string, string> {
  return { [typeMember]: contentType, [contentMember]: Buffer.from(bytes).toString('base64') };
}

/** Null: it is no such value. With another member, or a content that is not base64, it is JSON like any other. */
export function bytesOfValue(value: unknown): Buffer | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { [contentMember]: content, [typeMember]: type, ...rest } = value as Record<string, unknown>;
  if (typeof content !== 'string' || (type !== undefined && typeof type !== 'string') || Object.keys(rest).length > 0)
    return null;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(content) && content.length % 4 === 0 ? Buffer.from(content, 'base64') : null;
}
