"""Fresh random values are 128 bits, and never come twice: not to two threads, not after a fork."""

import datetime as dt
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from app.platform import clock, fresh

MANY = 10_000


def test_a_value_is_128_bits_in_hexadecimal():
    assert re.fullmatch("[0-9a-f]{32}", fresh.hex128())


def test_ids_are_in_order():
    moment = clock.now()
    first, second = (fresh.in_order(moment + dt.timedelta(milliseconds=at)) for at in (0, 1))
    assert first < second
    assert int(first[:12], 16) == int(moment.timestamp() * 1000)
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first[12:] != second[12:]


def test_no_value_comes_twice_to_any_thread():
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda _: fresh.hex128(), range(MANY)))
    assert len(set(drawn)) == MANY


def test_a_forked_process_draws_its_own():
    script = """
import os
from app.platform import fresh
fresh.hex128()  # so that some are ready
child = os.fork()
drawn = "\\n".join(fresh.hex128() for _ in range(200)) + "\\n"
if child:
    os.waitpid(child, 0)  # or the two would write into each other's lines
os.write(1, drawn.encode())
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert len(set(ran.stdout.split())) == 400
