"""The PKI: the same bytes each time, and accepted by tools that are not ours."""

import datetime as dt
import subprocess

import pytest
from asn1crypto import cms, core, crl
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.identity.pki import authority as authorities
from app.identity.pki import cms as writing
from app.identity.pki import eras, lists
from app.identity.pki.authority import Authority
from app.identity.pki.eras import Generation, Quarter

TODAY = dt.date(2026, 1, 1)
OURS = Authority(b"p" * 32, "http://127.0.0.1:8000")
UNTRUSTED = Authority(b"p" * 32, "http://127.0.0.1:8000", is_trusted=False)
QUARTER = Quarter(2024, 3)


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    for name, certificate in {
        "csca": authorities.csca(OURS, Generation(3)).certificate,
        "older": authorities.csca(OURS, Generation(2)).certificate,
        "link": authorities.link(OURS, Generation(3)),
        "good": authorities.signer(OURS, QUARTER).certificate,
        "revoked": authorities.signer(OURS, QUARTER, revoked=True).certificate,
        "untrusted": authorities.signer(UNTRUSTED, QUARTER).certificate,
    }.items():
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    listed = lists.crl(OURS, Generation(3), TODAY)
    (folder / "crl.pem").write_bytes(listed.public_bytes(Encoding.PEM))
    (folder / "masterlist.ml").write_bytes(lists.master_list(OURS, TODAY))
    return folder


def at(day):
    return str(int(authorities.midnight(day).timestamp()))


def checked(folder, name, *more):
    return openssl(
        "verify", "-CAfile", folder / "csca.pem", "-crl_check", "-CRLfile", folder / "crl.pem",
        "-attime", at(TODAY), *more, folder / f"{name}.pem",
    )  # fmt: skip


def test_openssl_accepts_the_good_signer_and_no_other(folder):
    assert checked(folder, "good").returncode == 0
    assert "certificate revoked" in checked(folder, "revoked").stderr
    assert "unable to get local issuer" in checked(folder, "untrusted").stderr


def test_openssl_follows_the_link_from_the_older_key_to_the_signer(folder):
    """Who trusts the generation before trusts this one's signers, by the link certificate."""
    followed = openssl(
        "verify", "-CAfile", folder / "older.pem", "-untrusted", folder / "link.pem",
        "-attime", at(TODAY), folder / "good.pem",
    )  # fmt: skip
    assert followed.returncode == 0
    without = openssl(
        "verify", "-CAfile", folder / "older.pem", "-attime", at(TODAY), folder / "good.pem"
    )
    assert without.returncode != 0
    link = authorities.link(OURS, Generation(3))
    link.verify_directly_issued_by(authorities.csca(OURS, Generation(2)).certificate)


def test_openssl_verifies_the_master_list(folder):
    arguments = (
        "cms", "-verify", "-inform", "DER", "-in", folder / "masterlist.ml",
        "-CAfile", folder / "csca.pem", "-purpose", "any", "-attime", at(TODAY),
        "-out", folder / "list",
    )  # fmt: skip
    assert openssl(*arguments).returncode == 0
    listed = core.Sequence.load((folder / "list").read_bytes())
    certificates = core.SetOf.load(listed[1].dump(), spec=asn1.Certificate)
    names = {each.subject.native["common_name"] for each in certificates}
    assert names == {authorities.NAME}
    assert len(certificates) == 5  # three generations and two links


def test_openssl_prints_what_the_profile_asks_for(folder):
    told = openssl("x509", "-in", folder / "good.pem", "-noout", "-text").stdout
    for part in (
        "Private Key Usage Period",
        "2.23.136.1.1.6.2",
        "DirName:/L=VNM",
        "URI:http://127.0.0.1:8000/pki/csca-3.crl",
        "Digital Signature",
        "Issuer: C = VN",
        "Subject: C = VN",
    ):
        assert part in told
    assert "CA:" not in told
    assert "Extended Key Usage" not in told
    listed = openssl("crl", "-in", folder / "crl.pem", "-noout", "-text").stdout
    assert "CRL Number" in listed


def test_the_profile_of_a_document_signer():
    """Doc 9303-12 §7.1, and the pitfalls that readers know."""
    certificate = authorities.signer(OURS, QUARTER).certificate
    told = asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
    assert told.serial_number.bit_length() <= 127
    assert told.issuer.native["country_name"] == told.subject.native["country_name"] == "VN"
    period = certificate.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
    assert period.not_before == dt.datetime(2024, 7, 1)  # noqa: DTZ001 - as the library gives it
    types = certificate.extensions.get_extension_for_oid(authorities._DOCUMENT_TYPES).value
    assert core.Sequence.load(types.value)[1].dump().endswith(b"\x13\x02ID")
    alternative = [
        certificate.extensions.get_extension_for_class(kind).value
        for kind in (x509.SubjectAlternativeName, x509.IssuerAlternativeName)
    ]
    assert [len(each) for each in alternative] == [2, 2]


def test_everything_is_the_same_each_time_and_another_for_another_root():
    """Also where nothing is at hand any more."""
    signer, listed = authorities.signer(OURS, QUARTER), lists.crl(OURS, Generation(3), TODAY)
    for cache in (authorities.csca, authorities.signer, lists.crl):
        cache.cache_clear()
    assert authorities.signer(OURS, QUARTER).certificate == signer.certificate
    assert lists.crl(OURS, Generation(3), TODAY).public_bytes(Encoding.DER) == listed.public_bytes(
        Encoding.DER
    )
    other = Authority(b"q" * 32, OURS.base)
    assert authorities.signer(other, QUARTER).certificate != signer.certificate


def test_the_names_say_that_it_is_not_real():
    for authority in (OURS, UNTRUSTED):
        for certificate in (
            authorities.csca(authority, Generation(3)).certificate,
            authorities.signer(authority, QUARTER).certificate,
        ):
            assert "SIMULATED" in certificate.subject.rfc4514_string()
            assert "NOT REAL" in certificate.subject.rfc4514_string()


def test_the_list_of_revocations_names_a_signer_of_each_quarter():
    listed = lists.crl(OURS, Generation(3), TODAY)
    told = crl.CertificateList.load(listed.public_bytes(Encoding.DER))
    serials = {
        each["user_certificate"].native for each in told["tbs_cert_list"]["revoked_certificates"]
    }
    quarters = list(eras.quarters_until(TODAY))
    assert len(quarters) == 21
    assert serials == {authorities.signer_serial(OURS, each, revoked=True) for each in quarters}
    assert listed.next_update_utc - listed.last_update_utc == lists.CRL_LIFETIME
    assert all(each.revocation_date_utc <= listed.last_update_utc for each in listed)


def test_generations_follow_each_other_every_five_years():
    assert eras.generation(dt.date(2010, 1, 1)) == Generation(1)
    assert eras.generation(dt.date(2018, 6, 30)) == Generation(1)
    assert eras.generation(dt.date(2018, 7, 1)) == Generation(2)
    assert Generation(2).last_day == Generation(3).first_day
    with pytest.raises(ValueError, match="precedes"):
        authorities.link(OURS, Generation(1))


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (dt.date(2016, 5, 1), "2021q1"),
        (dt.date(2021, 3, 31), "2021q1"),
        (dt.date(2023, 4, 1), "2023q2"),
        (dt.date(2025, 12, 31), "2025q4"),
    ],
)
def test_the_quarter_of_a_day(day, quarter):
    found = eras.quarter(day)
    assert str(found) == quarter
    assert eras.parse_quarter(quarter) == found
    assert found.following.first_day > found.first_day


@pytest.mark.parametrize("text", ["2020q4", "2024q5", "2024q0", "02024q1", "2024q01", "q", "2024"])
def test_what_is_no_quarter(text):
    with pytest.raises(ValueError):  # noqa: PT011 - in whichever words
        eras.parse_quarter(text)


def test_every_signer_lasts_no_longer_than_its_authority():
    for quarter in eras.quarters_until(dt.date(2035, 1, 1)):
        assert quarter.until <= quarter.generation.until
        assert quarter.first_day >= quarter.generation.first_day


def test_time_is_written_in_two_ways():
    """UTCTime until 2049 (RFC 5652 §11.3)."""
    signer = authorities.signer(OURS, QUARTER)
    for day, tag in (
        (dt.date(2049, 12, 31), "utc_time"),
        (dt.date(2050, 1, 1), "generalized_time"),
    ):
        signed = writing.sign("1.2.3", b"content", signer, at=authorities.midnight(day))
        info = cms.ContentInfo.load(signed)["content"]["signer_infos"][0]
        attributes = {each["type"].native: each["values"][0] for each in info["signed_attrs"]}
        assert attributes["signing_time"].name == tag
        assert attributes["signing_time"].native.date() == day
