/** What kind of network an IP address is of. */
export type AddressKind =
  | 'public'
  /** This machine, or a network of the caller's own. */
  | 'private'
  /** Of nobody that a service could be: metadata of the cloud, link-local, multicast, unspecified, broadcast. Never called. */
  | 'forbidden';

type Range = readonly [network: string, bits: number, kind: AddressKind];

/** Of IANA's registries of special addresses; the first that holds an address decides. */
const IPV4: readonly Range[] = [
  ['0.0.0.0', 8, 'forbidden'],
  ['169.254.0.0', 16, 'forbidden'],
  // Metadata of another cloud, within a range of carriers.
  ['100.100.100.200', 32, 'forbidden'],
  ['224.0.0.0', 3, 'forbidden'],
  ['127.0.0.0', 8, 'private'],
  ['10.0.0.0', 8, 'private'],
  ['172.16.0.0', 12, 'private'],
  ['192.168.0.0', 16, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['192.0.0.0', 24, 'private'],
  ['192.0.2.0', 24, 'private'],
  ['198.18.0.0', 15, 'private'],
  ['198.51.100.0', 24, 'private'],
  ['203.0.113.0', 24, 'private'],
];

const IPV6: readonly Range[] = [
  ['::1', 128, 'private'],
  ['::', 96, 'forbidden'],
  ['fe80::', 10, 'forbidden'],
  ['ff00::', 8, 'forbidden'],
  // Metadata of EC2 and of Google's cloud, within the range of private networks.
  ['fd00:ec2::', 32, 'forbidden'],
  ['fd20:ce::', 32, 'forbidden'],
  // Teredo: an address of IPv4 within, in disguise.
  ['2001::', 32, 'forbidden'],
  ['fc00::', 7, 'private'],
  ['fec0::', 10, 'private'],
  ['100::', 64, 'private'],
  ['2001:db8::', 32, 'private'],
  ['3fff::', 20, 'private'],
  ['5f00::', 16, 'private'],
];

/** Ranges of IPv6 of which an address stands for one of IPv4, and where in it that is, in bits. */
const EMBEDDED: readonly (readonly [network: string, bits: number, at: number])[] = [
  ['::ffff:0:0', 96, 96],
  ['::ffff:0:0:0', 96, 96],
  ['64:ff9b::', 96, 96],
  ['64:ff9b:1::', 48, 96],
  ['2002::', 16, 16],
];

/**
 * The kind of an IP address, in any of its spellings; null for what is none, such as a name.
 * @example addressKind('::ffff:169.254.169.254'); // 'forbidden'
 */
export function addressKind(address: string): AddressKind | null {
  const bits = bitsOf(address);
  if (bits === null) return null;
  if (bits.length === 32) return kindIn(IPV4, bits);
  const embedded = EMBEDDED.find(([network, length]) => holds(network, length, bits));
  if (embedded) return kindIn(IPV4, bits.slice(embedded[2], embedded[2] + 32));
  return kindIn(IPV6, bits);
}

function kindIn(ranges: readonly Range[], bits: string): AddressKind {
  return ranges.find(([network, length]) => holds(network, length, bits))?.[2] ?? 'public';
}

const holds = (network: string, length: number, bits: string) =>
  bitsOf(network)?.slice(0, length) === bits.slice(0, length);

const known = new Map<string, string | null>();

/** As binary digits, 32 or 128: few addresses are asked for, and each once for a connection. */
function bitsOf(address: string): string | null {
  const before = known.get(address);
  if (before !== undefined) return before;
  const host = hostOf(address);
  const bits = host === null ? null : host.startsWith('[') ? ipv6Bits(host.slice(1, -1)) : ipv4Bits(host);
  if (known.size > 1_000) known.clear();
  known.set(address, bits);
  return bits;
}

/** The address as a URL's parser spells it, which knows every spelling: octal, hexadecimal, shortened, mapped. */
function hostOf(address: string): string | null {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const url = `http://${plain.includes(':') ? `[${plain}]` : plain}/`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

function ipv4Bits(host: string): string | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  return match ? binary(match.slice(1).map(Number), 8) : null;
}

function ipv6Bits(host: string): string {
  const [left = [], right = []] = host.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return binary(
    [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16)),
    16,
  );
}

const binary = (numbers: readonly number[], width: number) =>
  numbers.map((number) => number.toString(2).padStart(width, '0')).join('');
