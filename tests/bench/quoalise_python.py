"""What the Python package does, measured from within.

Each command of standard input is one measurement; its answer is the CPU time it took, in seconds, of this whole
process, unless it says otherwise: `read FILE`, `frame N`, `connect JID PASSWORD HOST PORT CA PROVIDER IDENTIFIER`
(wall-clock seconds since this process began), `fetch N`, `listen`, `pushes N`, `memory` (the most it had, in kB).
"""

import quoalise

import peer


class Ours:
    def connect(self, jid, password, host, port, ca, provider, identifier):
        self.provider, self.identifier = provider, identifier
        self.client = quoalise.connect(jid, password, address=f"{host}:{port}", ca_file=ca)
        self.fetch()

    def fetch(self):
        data = self.client.get_history(self.provider, self.identifier)
        assert len(data) == 5000, len(data)

    def listen(self):
        self.client.subscribe(self.provider, self.identifier)
        self.listener = self.client.listen(capacity=1000)

    def pushes(self, count):
        for event in self.listener:
            if isinstance(event, quoalise.Push):
                assert len(event.data) == 48, len(event.data)
                count -= 1
                if count == 0:
                    return

    def read(self, file):
        with open(file, "rb") as opened:
            self.xml = opened.read()

    def frame(self):
        import polars

        frame = polars.from_arrow(quoalise.loads(self.xml))
        assert frame.height == 17_520, frame.height

    def close(self):
        if hasattr(self, "client"):
            self.client.close()


if __name__ == "__main__":
    peer.main(Ours())
