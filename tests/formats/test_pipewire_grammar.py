"""PipeWire's relaxed JSON, by its own rules, and the graphs it ships."""

from __future__ import annotations

import pytest
from drawn_settings import drawn_settings

from tonewright.errors import SettingsError
from tonewright.formats import export, parse
from tonewright.formats.spa import Word, load_spa
from tonewright.settings import Band, Settings


def load(text: str) -> object:
    return load_spa(text, "PipeWire")


class TestGrammar:
    @pytest.mark.parametrize(
        "text",
        [
            "{ a = 1 b = [ x y ] }",
            "a = 1 b = [ x y ]",
            "a: 1, b: [ x, y ]",
            '"a": 1, "b": ["x", "y"]',
            "{a=1,b=[x,y]}",
            "a 1 b [ x y ] # the end",
            "# first\na = 1 # second\nb = [ x # third\n y ]",
            "a=1\tb=[x\ny]",
        ],
    )
    def test_ways_to_write_the_same(self, text: str) -> None:
        assert load(text) == {"a": "1", "b": ["x", "y"]}

    def test_quotes_and_words(self) -> None:
        found = load_spa('a = "1 = { # }" b = FL.x-y_1 c = "\\u0041\\"\\n"', "PipeWire")
        assert found == {"a": "1 = { # }", "b": "FL.x-y_1", "c": 'A"\n'}
        assert not isinstance(found["a"], Word)
        assert isinstance(found["b"], Word)

    @pytest.mark.parametrize(
        "text",
        ["{ a = 1", "a = [ 1 2", "a = 1 }", "a = [ 1 } ", 'a = "open', "{ a = 1 } b", "a", "a = 1 a = 2", "[ 1 ]]"],
    )
    def test_broken(self, text: str) -> None:
        with pytest.raises(SettingsError, match=r"^PipeWire: "):
            load(text)

    def test_deep(self) -> None:
        with pytest.raises(SettingsError, match="nested"):
            load("a = " + "[" * 5000)


SINK_EQ6 = """
# A sink with six bands, as PipeWire documents it.
context.modules = [
    { name = libpipewire-module-filter-chain
        args = {
            node.description = "Equalizer Sink"
            filter.graph = {
                nodes = [
                    { type  = builtin name = eq_band_1 label = bq_lowshelf
                      control = { "Freq" = 100.0 "Q" = 1.0 "Gain" = 2.0 } }
                    { type  = builtin name = eq_band_2 label = bq_peaking
                      control = { "Freq" = 100.0 "Q" = 1.0 "Gain" = -1.5 } }
                    { type  = builtin name = eq_band_3 label = bq_highshelf
                      control = { "Freq" = 5000.0 "Q" = 0.9 "Gain" = 3.0 } }
                ]
                links = [
                    { output = "eq_band_1:Out" input = "eq_band_2:In" }
                    { output = "eq_band_2:Out" input = "eq_band_3:In" }
                ]
            }
            audio.channels = 2
            audio.position = [ FL FR ]
            capture.props = { node.name = "effect_input.eq6" media.class = Audio/Sink }
            playback.props = { node.name = "effect_output.eq6" node.passive = true }
        }
    }
]
"""


class TestGraphs:
    def test_nodes_in_a_row(self) -> None:
        read = parse(SINK_EQ6)
        assert read.program == "pipewire"
        assert read.warnings == ()
        assert read.settings.bands == (
            Band(type="low_shelf", frequency_hz=100, gain_db=2, q=1),
            Band(type="peak", frequency_hz=100, gain_db=-1.5, q=1),
            Band(type="high_shelf", frequency_hz=5000, gain_db=3, q=0.9),
        )

    def test_chains_for_channels(self) -> None:
        split = SINK_EQ6.replace('{ output = "eq_band_2:Out" input = "eq_band_3:In" }', "")
        assert any("channels differently" in sentence for sentence in parse(split).warnings)

    def test_preamp_idiom_and_default_q(self) -> None:
        text = (
            "filter.graph = { nodes = [ { type = builtin name = eq label = param_eq config = { filters = [ "
            "{ type = bq_highshelf freq = 0 gain = -6.2 q = 1.0 } { type = bq_lowshelf freq = 105 gain = 3 } ] } } ] }"
        )
        read = parse(text)
        assert read.settings.preamp_db == -6.2
        assert read.settings.bands[0].q == pytest.approx(0.70711, abs=1e-5)
        assert any("0.7071" in sentence for sentence in read.warnings)

    def test_filters_of_channels(self) -> None:
        one = "[ { type = bq_peaking freq = 100 gain = 3 q = 1 } ]"
        other = one.replace("100", "200")
        config = "config = {{ filters1 = {} filters2 = {} }}"
        text = f"filter.graph = {{{{ nodes = [ {{{{ name = eq label = param_eq {config} }}}} ] }}}}"
        assert parse(text.format(one, one)).warnings == ()
        assert any("channels differently" in sentence for sentence in parse(text.format(one, other)).warnings)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("context.modules = [ { name = libpipewire-module-filter-chain } ]", "no filter.graph"),
            ("filter.graph = { nodes = 3 }", "nodes"),
            ("filter.graph = { nodes = [ { label = bq_peaking control = { Freq = x } } ] }", "Freq"),
            ("filter.graph = { nodes = [ { label = param_eq config = { filters = 1 } } ] }", "filters"),
            ("filter.graph = { nodes = [ ] links = [ { output = a input = b } ] }", "leads nowhere"),
        ],
    )
    def test_broken_graphs(self, text: str, words: str) -> None:
        with pytest.raises(SettingsError, match=words):
            parse(text, "pipewire")

    def test_written_text_fits_the_grammar(self) -> None:
        import numpy as np

        rng = np.random.default_rng(0)
        for _ in range(20):
            text = export(drawn_settings(rng), "pipewire").text
            assert isinstance(text, str)
            whole = load_spa(text, "PipeWire")
            arguments = whole["context.modules"][0]["args"]
            assert arguments["audio.position"] == ["FL", "FR"]
            filters = arguments["filter.graph"]["nodes"][0]["config"]["filters"]
            assert filters[0]["freq"] == "0"
            assert all(set(one) == {"type", "freq", "gain", "q"} for one in filters)


def test_text_for_the_parameter_equalizer_passes_its_scan() -> None:
    """PipeWire's own ``sscanf``: fixed order, 8 characters of frequency, 6 of gain and Q; first line for the preamp."""
    import re

    import numpy as np

    scan = re.compile(r"Filter \d+: ON (PK|LSC|HSC) Fc (\S{1,8}) Hz Gain (\S{1,6}) dB Q (\S{1,6})$")
    rng = np.random.default_rng(1)
    sharp = Settings(bands=(Band(type="peak", frequency_hz=19_999.99, gain_db=-40.0, q=100.0),))
    for settings in [sharp, *(drawn_settings(rng, gain_db=39.0) for _ in range(40))]:
        first, *rest = str(export(settings, "pipewire-text").text).splitlines()
        assert re.match(r"Preamp: -?\d+\.\d\d dB$", first)
        for line in rest:
            assert scan.match(line), line
