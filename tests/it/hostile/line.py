"""A bad line: a TUN device whose packets come back as if a host at its other end had sent them, so that 10.9.0.2 is this
machine behind the line. Its mood is set by lines on standard input, each answered with `ok`; at the end it says what it did.

    lose N, double N, swap N, spoil N   so many of a hundred packets, either way
    longest N                           longer packets vanish
    dead, mute, deaf                    all packets vanish; those of the server; those of the client
"""
import fcntl, heapq, json, os, random, select, struct, sys, time

dice = random.Random(int(sys.argv[1]))
tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
# TUNSETIFF; IFF_TUN, IFF_NO_PI.
fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"line", 0x0001 | 0x1000))
# The other end is the one who has the higher address.
mood = {"lose": 0, "double": 0, "swap": 0, "spoil": 0, "longest": 65536, "dead": 0, "mute": 0, "deaf": 0}
done = dict.fromkeys(["passed", "lose", "double", "swap", "spoil", "longest", "dead", "mute", "deaf"], 0)
waiting, count = [], 0


def chance(deed):
    if dice.randrange(100) >= mood[deed]:
        return False
    done[deed] += 1
    return True


def put(packet, after):
    global count
    count += 1
    heapq.heappush(waiting, (time.monotonic() + after, count, packet))


def take(packet):
    if packet[0] >> 4 != 4 or packet[9] != 6:
        return
    packet = bytearray(packet)
    # Both addresses change places, which no checksum notices.
    packet[12:16], packet[16:20] = packet[16:20], packet[12:16]
    head = (packet[0] & 15) * 4
    of_client = packet[head + 2 : head + 4] == PORT
    for name, holds in [("dead", True), ("mute", not of_client), ("deaf", of_client)]:
        if mood[name] and holds:
            done[name] += 1
            return
    if len(packet) > mood["longest"]:
        done["longest"] += 1
        return
    if chance("lose"):
        return
    if chance("spoil"):
        packet[dice.randrange(head, len(packet))] ^= 1 << dice.randrange(8)
    done["passed"] += 1
    put(packet, 0.004 if chance("swap") else 0)
    if chance("double"):
        put(packet, dice.choice([0, 0.003]))


PORT = b""
print("ok", flush=True)
lines = b""
while True:
    wait = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    ready, _, _ = select.select([tun, 0], [], [], wait)
    if tun in ready:
        try:
            while True:
                take(os.read(tun, 65536))
        except BlockingIOError:
            pass
    while waiting and waiting[0][0] <= time.monotonic():
        os.write(tun, heapq.heappop(waiting)[2])
    if 0 in ready:
        more = os.read(0, 4096)
        if not more:
            break
        lines += more
        while b"\n" in lines:
            line, lines = lines.split(b"\n", 1)
            name, number = line.decode().split()
            if name == "port":
                PORT = struct.pack("!H", int(number))
            else:
                mood[name] = int(number)
            print("ok", flush=True)
print(json.dumps(done), flush=True)
