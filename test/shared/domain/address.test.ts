import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKind } from '../../../shared/domain/address.ts';

describe('addresses that are never called, in every spelling', () => {
  test.each([
    '169.254.169.254',
    '0xA9.0xFE.0xA9.0xFE',
    '0251.0376.0251.0376',
    '2852039166',
    '0xa9fea9fe',
    '169.254.43518',
    '[::ffff:169.254.169.254]',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::ffff:0:a9fe:a9fe',
    '2001:0:1::1',
    'fd20:ce::254',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
    '0',
    '::',
    '255.255.255.255',
    '224.0.0.1',
    'ff02::1',
    '::169.254.169.254',
  ])('%s', (address) => expect(addressKind(address)).toBe('forbidden'));
});

test.each([
  ['127.0.0.1', 'private'],
  ['127.1', 'private'],
  ['::1', 'private'],
  ['[::1]', 'private'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['192.168.0.1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::10.0.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['8.8.8.8', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['2600:9000::1', 'public'],
  ['example.com', null],
  ['localhost', null],
  ['256.0.0.1', null],
  ['', null],
  ['1:2', null],
])('%s is %s', (address, kind) => expect(addressKind(address)).toBe(kind));

test('it agrees with Node’s own lists for any address', () => {
  const list = new BlockList();
  for (const [network, bits] of [
    ['169.254.0.0', 16],
    ['0.0.0.0', 8],
    ['224.0.0.0', 3],
  ] as const)
    list.addSubnet(network, bits, 'ipv4');
  list.addAddress('100.100.100.200');
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(addressKind(address) === 'forbidden').toBe(list.check(address));
      // Mapped, an address is what it is.
      expect(addressKind(`::ffff:${address}`)).toBe(addressKind(address));
    }),
  );
  const six = new BlockList();
  for (const [network, bits] of [
    ['fe80::', 10],
    ['ff00::', 8],
    ['fd00:ec2::', 32],
    ['fd20:ce::', 32],
    ['2001::', 32],
    ['::', 96],
  ] as const)
    six.addSubnet(network, bits, 'ipv6');
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      // As a URL spells it: any address has many spellings. Those that stand for one of IPv4 are looked at above, and this machine's is private.
      const { hostname } = new URL(`http://[${address}]/`);
      if (hostname === '[::1]' || /^\[(?:::ffff:|2002:|64:ff9b:)/.test(hostname)) return;
      expect(addressKind(address) === 'forbidden').toBe(six.check(hostname.slice(1, -1), 'ipv6'));
    }),
  );
});
