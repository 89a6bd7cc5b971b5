"""Passive Authentication: each step by itself, attackers, and malformed objects."""

import datetime as dt
import itertools
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identity import tlv
from app.identity.chip import files, passive, personalising, signed_object, sod
from app.identity.chip.passive import Chain, Hashing, Revocation, Signature
from app.identity.pki import authority as authorities
from app.identity.pki import cms, eras, lists
from tests.identity.chip.conftest import SHOWN, STOCK, TODAY, made

TRUST = passive.trust(STOCK.trusted, TODAY)
QUARTER = eras.quarter(SHOWN.issued_on)


def groups(chip):
    numbers = (1, 2, 3, 13, 14, 15)
    return {number: chip.files[files.group_file(number)] for number in numbers}


def verified(chip, trust=TRUST, today=TODAY):
    return passive.verify(signed_object.read(chip.files[files.SOD]), groups(chip), trust, today)


def test_a_genuine_chip_passes_every_step(chips):
    found = verified(chips[None])
    assert found.is_intact
    assert set(found.groups.values()) == {Hashing.MATCH}
    serial = authorities.signer_serial(STOCK.trusted, QUARTER)
    assert found.signer == passive.Signer(Chain.TRUSTED, Revocation.GOOD, serial)


def test_each_variant_fails_its_own_step_and_no_other(chips):
    tampered = verified(chips["tampered"])
    assert tampered.groups[13] is Hashing.MISMATCH
    assert tampered.signature is Signature.VALID
    assert not tampered.is_intact
    assert verified(chips["cloned"]) == verified(chips[None])
    untrusted = verified(chips["untrusted_signer"])
    assert untrusted.is_intact
    assert untrusted.signer.chain is Chain.UNTRUSTED
    assert untrusted.signer.revocation is Revocation.UNKNOWN
    revoked = verified(chips["revoked_signer"])
    assert revoked.is_intact
    assert (revoked.signer.chain, revoked.signer.revocation) == (
        Chain.TRUSTED,
        Revocation.REVOKED,
    )


@pytest.mark.parametrize("variant", [None, "untrusted_signer", "revoked_signer"])
def test_a_signature_over_the_keys_alone_tells_card_and_signer_like_the_chips_own(chips, variant):
    own = chips[variant]
    keys = personalising.signed_keys(STOCK, own.serial, SHOWN.issued_on, variant)
    hashes, all_hashes = (signed_object.read(each).hashes for each in (keys, own.files[files.SOD]))
    assert hashes == {number: all_hashes[number] for number in (14, 15)}
    found = passive.verify(signed_object.read(keys), {}, TRUST, TODAY)
    assert found.is_intact
    assert found.signer == verified(own).signer


def test_a_group_that_is_not_signed_is_told_so(chips):
    unverified = signed_object.read(chips[None].files[files.SOD])
    found = passive.verify(unverified, {4: b"iris"}, TRUST, TODAY)
    assert found.groups == {4: Hashing.NOT_SIGNED}


def test_a_signer_is_in_force_within_its_dates(chips):
    for day in (dt.date(2024, 6, 30), dt.date(2050, 10, 1)):
        assert verified(chips[None], today=day).signer.chain is Chain.NOT_IN_FORCE


def test_a_list_that_is_out_of_date_tells_nothing(chips):
    later = TODAY + lists.CRL_LIFETIME + dt.timedelta(days=1)
    assert verified(chips[None], today=later).signer.revocation is Revocation.UNKNOWN
    without = passive.believe(TRUST.anchors, ())
    assert verified(chips[None], without).signer.revocation is Revocation.UNKNOWN


def test_a_list_that_another_key_signed_tells_nothing(chips):
    of_another = lists.crl(STOCK.untrusted, eras.Generation(3), TODAY)
    trust = passive.believe(TRUST.anchors, (of_another,))
    assert verified(chips["revoked_signer"], trust).signer.revocation is Revocation.UNKNOWN


def test_the_authority_and_who_signs_lists_are_no_signers_of_documents():
    generation = eras.Generation(3)
    for certificate in (
        authorities.csca(STOCK.trusted, generation).certificate,
        authorities.master_list_signer(STOCK.trusted, generation).certificate,
    ):
        assert passive.verify_signer(certificate, TRUST, TODAY).chain is Chain.UNTRUSTED


def test_no_certificate_is_an_untrusted_signer():
    nobody = passive.verify_signer(None, TRUST, TODAY)
    assert nobody == passive.Signer(Chain.UNTRUSTED, Revocation.UNKNOWN, None)
    assert passive.load(b"") is None
    assert passive.load(b"0\x03\x02\x01\x01") is None


# Attackers


def forged(chip, change):
    """The signed object with a change in its bytes, of the same length."""
    before, after = change
    data = chip.files[files.SOD]
    assert data.count(before) >= 1
    assert len(before) == len(after)
    return signed_object.read(data.replace(before, after))


def test_a_hash_that_was_exchanged_breaks_the_signature(chips):
    """The forger alters DG13 and the hash of it in the signed object."""
    chip = chips["tampered"]
    was = sha256(chips[None].files[0x010D]).digest()
    unverified = forged(chip, (was, sha256(chip.files[0x010D]).digest()))
    found = passive.verify(unverified, groups(chip), TRUST, TODAY)
    assert set(found.groups.values()) == {Hashing.MATCH}
    assert found.signature is Signature.INVALID
    assert not found.is_intact


def test_a_digest_that_was_exchanged_too_breaks_it_as_well(chips):
    chip = chips["tampered"]
    was, now = (sha256(each.files[0x010D]).digest() for each in (chips[None], chip))
    content = signed_object.read(chip.files[files.SOD]).content
    digests = [sha256(each).digest() for each in (content, content.replace(was, now))]
    data = chip.files[files.SOD].replace(was, now).replace(*digests)
    found = passive.verify(signed_object.read(data), groups(chip), TRUST, TODAY)
    assert found.signature is Signature.INVALID


def self_made(key, **more):
    """A certificate that claims to be from the authority, signed by somebody's own key."""
    return (
        x509.CertificateBuilder()
        .subject_name(STOCK.trusted.name)
        .issuer_name(STOCK.trusted.name)
        .public_key(key.public_key())
        .serial_number(more.get("serial", 1))
        .not_valid_before(dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )


def test_a_signer_that_only_bears_the_authoritys_name_is_untrusted(chips):
    key = ec.generate_private_key(ec.SECP256R1())
    issued = authorities.Issued(key, self_made(key))
    signed = sod.write(groups(chips[None]), issued, SHOWN.issued_on)
    found = passive.verify(signed_object.read(signed), groups(chips[None]), TRUST, TODAY)
    assert found.is_intact
    assert found.signer.chain is Chain.UNTRUSTED


def test_a_signature_of_another_kind_is_not_supported(chips):
    """RSA under a claim of ECDSA, an unknown algorithm, an unknown hash, no certificate at all."""
    key = ec.generate_private_key(ec.SECP256R1())
    rsa_key = rsa.generate_private_key(65537, 2048)
    signed = sod.write(groups(chips[None]), authorities.Issued(key, self_made(rsa_key)), TODAY)
    cases = [signed_object.read(signed)]
    sha, ecdsa = (
        tlv.oid_value(each) for each in ("2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2")
    )
    cases.append(forged(chips[None], (sha, sha[:-1] + b"\x09")))
    info = chips[None].files[files.SOD]
    last = info.rindex(ecdsa)
    cases.append(
        signed_object.read(info[:last] + ecdsa[:-1] + b"\x09" + info[last + len(ecdsa) :])
    )
    for unverified in cases:
        found = passive.verify(unverified, groups(chips[None]), TRUST, TODAY)
        assert found.signature is Signature.UNSUPPORTED


def test_a_key_on_a_curve_that_nobody_has_is_not_supported(chips):
    """The certificate's curve is exchanged for one that the library does not know."""
    named = tlv.oid("1.2.840.10045.3.1.7")
    data = chips[None].files[files.SOD].replace(named, named[:-1] + b"\x63")
    found = passive.verify(signed_object.read(data), {}, TRUST, TODAY)
    assert found.signature is Signature.UNSUPPORTED


def test_a_content_type_that_is_not_the_contents_is_invalid(chips):
    """The attribute says another type than what is signed (RFC 5652 §11.1)."""
    kind = tlv.oid(sod.CONTENT)
    data = chips[None].files[files.SOD]
    last = data.rindex(kind)
    other = data[:last] + kind[:-1] + b"\x07" + data[last + len(kind) :]
    found = passive.verify(signed_object.read(other), {}, TRUST, TODAY)
    assert found.signature is Signature.INVALID


# What is malformed


def rebuilt(signer_fields=None, data_fields=None, content=None):
    """A signed object with parts exchanged, by their place."""
    chip = made()
    outer = list(tlv.items(tlv.only(sod.unwrapped(chip.files[files.SOD]), 0x30)))
    signed = list(tlv.items(tlv.only(outer[1][1], 0x30)))
    info = list(tlv.items(tlv.only(signed[-1][1], 0x30)))
    for place, field in (signer_fields or {}).items():
        info[place : place + 1] = field
    signed[-1] = (0x31, tlv.sequence(*(tlv.encode(*each) for each in info)))
    if content is not None:
        wrapped = tlv.oid(sod.CONTENT) + tlv.encode(0xA0, tlv.octets(content))
        signed[2] = (0x30, wrapped)
    for place, field in (data_fields or {}).items():
        signed[place : place + 1] = field
    inner = tlv.sequence(*(tlv.encode(*each) for each in signed))
    return tlv.sequence(tlv.encode(*outer[0]), tlv.encode(0xA0, inner))


def test_a_signed_object_put_together_again_is_the_same():
    assert signed_object.read(rebuilt()) == signed_object.read(made().files[files.SOD])


def test_one_without_its_certificate_has_none():
    data = rebuilt(data_fields={3: []})
    assert signed_object.read(data).signer.certificate is None
    found = passive.verify(signed_object.read(data), {}, TRUST, TODAY)
    assert (found.signature, found.signer.chain) == (Signature.UNSUPPORTED, Chain.UNTRUSTED)


def certificates(*der):
    return {3: [(0xA0, b"".join(der))]}


def test_the_certificate_is_the_one_that_the_signer_is_named_by():
    right = authorities.signer(STOCK.trusted, QUARTER).certificate.public_bytes(Encoding.DER)
    other = authorities.signer(STOCK.trusted, QUARTER, revoked=True).certificate
    both = rebuilt(data_fields=certificates(other.public_bytes(Encoding.DER), right))
    assert signed_object.read(both).signer.certificate == right
    wrong = rebuilt(data_fields=certificates(other.public_bytes(Encoding.DER)))
    assert signed_object.read(wrong).signer.certificate is None
    nothing = rebuilt(data_fields=certificates(tlv.sequence(), tlv.sequence(tlv.sequence())))
    assert signed_object.read(nothing).signer.certificate is None
    old = tlv.sequence(tlv.sequence(tlv.integer(1)))  # version 1: no [0] before its number
    assert signed_object.read(rebuilt(data_fields=certificates(old))).signer.certificate is None


def test_a_signer_named_by_its_key_has_the_certificate_beside_it():
    data = rebuilt(signer_fields={0: [(0x02, b"\3")], 1: [(0x80, b"key")]})
    assert signed_object.read(data).signer.certificate is not None


OTHER = tlv.sequence(tlv.oid(cms.SIGNED_DATA), tlv.encode(0xA0, tlv.sequence()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x77\x00",
        tlv.sequence(tlv.oid("1.2.840.113549.1.7.1"), tlv.encode(0xA0)),
        OTHER,
        rebuilt(data_fields={2: [(0x30, tlv.oid("1.2.3") + tlv.encode(0xA0))]}),
        rebuilt(content=b""),
        rebuilt(content=tlv.sequence(tlv.integer(0))),
        rebuilt(content=tlv.sequence(tlv.integer(0), tlv.sequence(), tlv.sequence(b"\2\1\1"))),
        rebuilt(data_fields={0: [(0x02, b"\1")]}),
        rebuilt(data_fields={1: [(0x31, b"")]}),
        rebuilt(data_fields={3: [(0xA2, b"")]}),
        rebuilt(signer_fields={0: [(0x02, b"\3")]}),
        rebuilt(signer_fields={4: [(0x30, b"")]}),
        rebuilt(signer_fields={3: []}),
        rebuilt(signer_fields={3: [(0xA0, b"")]}),
        rebuilt(signer_fields={5: []}),
        bytes(signed_object.MOST_BYTES + 1),
    ],
)
def test_what_is_no_signed_object_is_a_value_error(data):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong
        signed_object.read(data)


def test_an_attribute_that_stands_twice_is_refused():
    twice = tlv.sequence(tlv.oid(cms.CONTENT_TYPE), tlv.set_of(tlv.oid("1.2.3")))
    data = rebuilt(signer_fields={3: [(0xA0, twice + twice)]})
    with pytest.raises(ValueError, match="twice"):
        signed_object.read(data)


def test_no_bit_of_a_signed_object_can_be_turned():
    """What is not signed is read strictly: version, digests, how the signer is named."""
    genuine = GENUINE.files[files.SOD]
    taken = []
    for place, bit in itertools.product(range(len(genuine)), range(8)):
        turned = bytearray(genuine)
        turned[place] ^= 1 << bit
        try:
            unverified = signed_object.read(bytes(turned))
        except ValueError:
            continue
        found = passive.verify(unverified, groups(GENUINE), TRUST, TODAY)
        if found.is_intact and found.signer.chain is Chain.TRUSTED:
            taken.append(genuine[place - 2 : place + 1])
    # The library reads a certificate's signature whatever bits are said to be unused: `03 48 00`.
    assert [each[0] for each in taken] in ([], [0x03])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_signed_object_that_was_changed_anywhere_is_never_more_than_wrong(data):
    """It is malformed, or a step fails, or nothing that was signed has changed."""
    content = bytearray(GENUINE.files[files.SOD])
    place = data.draw(st.integers(0, len(content) - 1))
    change = data.draw(st.integers(1, 255))
    content[place] ^= change
    try:
        unverified = signed_object.read(bytes(content))
    except ValueError:
        return
    found = passive.verify(unverified, groups(GENUINE), TRUST, TODAY)
    is_accepted = found.is_intact and found.signer.chain is Chain.TRUSTED
    if is_accepted and found.signer.revocation is Revocation.GOOD:
        genuine = signed_object.read(GENUINE.files[files.SOD])
        assert unverified.content == genuine.content
        assert unverified.signer.attributes == genuine.signer.attributes


@given(st.binary(max_size=300))
def test_anything_is_a_signed_object_or_a_value_error(data):
    try:
        signed_object.read(data)
    except ValueError:
        return


GENUINE = made()
