"""The worked examples of ICAO Doc 9303-11: appendix D (BAC, 3DES) and appendix G.1 (PACE).

The figures were transcribed from the standard by way of public test suites; that each step gives
the next one's input is what shows that they were transcribed right.
"""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.identity.chip import apdu, bac, curve, kdf, pace, secure_messaging
from app.identity.chip.apdu import Command

INFORMATION = kdf.mrz_information("L898902C", "690806", "940623")
RND_IC, RND_IFD = bytes.fromhex("4608F91988702212"), bytes.fromhex("781723860C06C226")
K_IFD = bytes.fromhex("0B795240CB7049B01C19B33E32804F0B")
K_IC = bytes.fromhex("0B4F80323EB3191CB04970CB4052790B")
EXTERNAL = bytes.fromhex(
    "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7"
)
ANSWER = bytes.fromhex(
    "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449"
)


def session():
    return secure_messaging.Keys(
        "3DES",
        bytes.fromhex("979EC13B1CBFE9DCD01AB0FED307EAE5"),
        bytes.fromhex("F1CB1F1FB5ADF208806B89DC579DC1F8"),
        0x887022120C06C226,
    )


def test_the_keys_of_a_document_d_2():
    assert INFORMATION == b"L898902C<369080619406236"
    seed = kdf.bac_seed(INFORMATION)
    assert seed.hex().upper() == "239AB9CB282DAF66231DC5A4DF6BFBAE"
    assert kdf.triple_des(seed, 1).hex().upper() == "AB94FDECF2674FDFB9B391F85D7F76F2"
    assert kdf.triple_des(seed, 2).hex().upper() == "7962D9ECE03D1ACD4C76089DCE131543"


def test_the_keys_of_a_document_whose_number_has_nine():
    """It needs no filler: the other example of appendix D.2."""
    assert kdf.mrz_information("D23145890", "340712", "950712").startswith(
        b"D23145890734071279507122"
    )


def test_the_reader_proves_itself_d_3():
    assert bac.reader_token(INFORMATION, RND_IFD, RND_IC, K_IFD) == EXTERNAL


def test_the_chip_answers_d_3():
    answer, keys = bac.answer(INFORMATION, RND_IC, K_IC, EXTERNAL)
    assert answer == ANSWER
    assert keys == session()
    assert bac.finish(INFORMATION, RND_IFD, K_IFD, ANSWER) == session()


def test_an_answer_to_another_reader_is_refused():
    with pytest.raises(bac.RejectedError):
        bac.finish(INFORMATION, bytes(8), K_IFD, ANSWER)


MESSAGES = [
    (
        Command(0, 0xA4, 2, 0x0C, bytes.fromhex("011E")),
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
        "990290008E08FA855A5D4C50A8ED",
        "",
    ),
    (
        Command(0, 0xB0, 0, 0, le=4),
        "0CB000000D9701048E08ED6705417E96BA5500",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED",
        "60145F01",
    ),
    (
        Command(0, 0xB0, 0, 4, le=0x12),
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D74",
        "04303130365F36063034303030305C026175",
    ),
]


def test_secure_messaging_as_the_reader_sees_it_d_4():
    keys = session()
    for command, sent, answered, said in MESSAGES:
        assert secure_messaging.protect_command(keys, command).encode().hex().upper() == sent
        plain = secure_messaging.unprotect_response(keys, bytes.fromhex(answered))
        assert plain == (bytes.fromhex(said), 0x9000)


def test_secure_messaging_as_the_chip_sees_it_d_4():
    keys = session()
    for command, sent, answered, said in MESSAGES:
        received = apdu.parse(bytes.fromhex(sent))
        assert secure_messaging.unprotect_command(keys, received) == command
        protected = secure_messaging.protect_response(keys, bytes.fromhex(said), 0x9000)
        assert protected.hex().upper() == answered


BRAINPOOL = curve.Curve(
    ec.BrainpoolP256R1(),
    p=0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377,
    a=0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9,
    b=0x26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6,
    base=(
        0x8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262,
        0x547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997,
    ),
    n=0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
)
TERMINAL_MAP = 0x7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99
CHIP_MAP = 0x498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560
TERMINAL_DH = 0xA73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595
CHIP_DH = 0x107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A
MAPPED = (
    0x8CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2,
    0x8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522,
)
TERMINAL_KEY = (
    0x2DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C,
    0x3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462,
)
CHIP_KEY = (
    0x9E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB,
    0x7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094,
)


def test_pace_g_1_the_nonce():
    information = kdf.mrz_information("T22000129", "640812", "101031")
    assert information == b"T22000129364081251010318"
    password = kdf.mrz_password(information)
    assert password.hex().upper() == "7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"
    assert kdf.aes128(password, kdf.PASSWORD).hex().upper() == "89DED1B26624EC1E634C1989302849DD"
    nonce = bytes.fromhex("3F00C4D39D153F2B2A214A078D899B22")
    enciphered = bytes.fromhex("95A3A016522EE98D01E76CB6B98B42C3")
    assert pace.encrypt_nonce(password, nonce) == enciphered
    assert pace.decrypt_nonce(password, enciphered) == nonce


def test_pace_g_1_the_mapping():
    nonce = bytes.fromhex("3F00C4D39D153F2B2A214A078D899B22")
    terminal, chip = (
        curve.multiply(BRAINPOOL, d, BRAINPOOL.base) for d in (TERMINAL_MAP, CHIP_MAP)
    )
    assert terminal == (
        0x7ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E,
        0x544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D,
    )
    assert chip == (
        0x824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57,
        0x30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54,
    )
    assert curve.multiply(BRAINPOOL, TERMINAL_MAP, chip) == (
        0x60332EF2450B5D247EF6D3868397D398852ED6E8CAF6FFEEF6BF85CA57057FD5,
        0x0840CA7415BAF3E43BD414D35AA4608B93A2CAF3A4E3EA4E82C9C13D03EB7181,
    )
    assert pace.mapped_base(BRAINPOOL, nonce, TERMINAL_MAP, chip) == MAPPED
    assert pace.mapped_base(BRAINPOOL, nonce, CHIP_MAP, terminal) == MAPPED


def test_pace_g_1_the_agreement_and_the_tokens():
    assert curve.multiply(BRAINPOOL, TERMINAL_DH, MAPPED) == TERMINAL_KEY
    assert curve.multiply(BRAINPOOL, CHIP_DH, MAPPED) == CHIP_KEY
    secret = curve.shared(BRAINPOOL, TERMINAL_DH, CHIP_KEY)
    assert secret == curve.shared(BRAINPOOL, CHIP_DH, TERMINAL_KEY)
    assert (
        secret.hex().upper() == "28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925"
    )
    keys = secure_messaging.after_agreement(secret)
    assert keys.encryption.hex().upper() == "F5F0E35C0D7161EE6724EE513A0D9A7F"
    assert keys.mac.hex().upper() == "FE251C7858B356B24514B3BD5F4297D1"
    assert keys.ssc == 0
    assert pace.token(BRAINPOOL, keys.mac, CHIP_KEY).hex().upper() == "C2B0BD78D94BA866"
    assert pace.token(BRAINPOOL, keys.mac, TERMINAL_KEY).hex().upper() == "3ABB9674BCE93C08"


@pytest.mark.parametrize("d", [2, 3, curve.P256.n - 2])
def test_a_multiple_of_a_point_by_additions(d):
    """2·P is where the tangent leads; what no library tells is checked by plain arithmetic."""
    on = curve.P256
    point = curve.multiply(on, 12345, on.base)
    slope = (3 * point[0] ** 2 + on.a) * pow(2 * point[1], -1, on.p) % on.p
    x = (slope**2 - 2 * point[0]) % on.p
    double = (x, (slope * (point[0] - x) - point[1]) % on.p)
    triple = curve.add(on, double, point)
    opposite = (double[0], on.p - double[1])
    assert curve.multiply(on, d, point) == {2: double, 3: triple}.get(d, opposite)
