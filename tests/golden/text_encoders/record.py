"""Records tiny random text encoders of transformers for tests/nn/text_encoders and tests/features.

pip install torch transformers sentencepiece; python3 record.py [FOLDER [SEED]]
Without a folder the committed recordings are made anew; tests/nn/text_encoders/python_test.ts records other weights
into a folder of its own. Each folder is what save_pretrained writes, with recorded.safetensors beside it: a padded batch, its states and
the gradient of the sum of their sines; and ids.json: the ids of the sentences of sentences.json.
"""

import io
import json
import shutil
import sys
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file
from sentences import SENTENCES
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers.implementations import BertWordPieceTokenizer
from transformers import (
    AutoModel, BertConfig, DebertaV2Config, DistilBertConfig, ElectraConfig, PreTrainedTokenizerFast, RobertaConfig,
    XLMRobertaConfig,
)

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
FIRST_SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 0
SIZES = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12)
BERT_SPECIAL = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
ROBERTA_SPECIAL = dict(
    bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", unk_token="<unk>", pad_token="<pad>",
    mask_token="<mask>",
)


def word_pieces(lowercase):
    made = BertWordPieceTokenizer(lowercase=lowercase)
    made.train_from_iterator(SENTENCES, vocab_size=430, min_frequency=1, limit_alphabet=230, show_progress=False)
    return PreTrainedTokenizerFast(tokenizer_object=made._tokenizer, **BERT_SPECIAL)


def byte_pairs():
    """As roberta-base's tokenizer.json."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    made.train_from_iterator(SENTENCES, trainer)
    ids = made.get_vocab()
    made.post_processor = processors.RobertaProcessing(
        ("</s>", ids["</s>"]), ("<s>", ids["<s>"]), trim_offsets=True, add_prefix_space=False)
    return PreTrainedTokenizerFast(tokenizer_object=made, **ROBERTA_SPECIAL)


def unigram_model():
    """Pieces and scores of a SentencePiece model, and a small table of nmt_nfkc's normalization."""
    def train(**options):
        file = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([s for s in SENTENCES if s.strip()] * 3), model_writer=file, vocab_size=420,
            hard_vocab_limit=False, character_coverage=0.98, minloglevel=2, **options)
        proto = sentencepiece.sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(file.getvalue())
        return proto

    from sentencepiece import sentencepiece_model_pb2
    sentencepiece.sentencepiece_model_pb2 = sentencepiece_model_pb2
    whole = normalizers.Precompiled(train().normalizer_spec.precompiled_charsmap)
    # The rules that these sentences need: the whole table has 240 kB.
    parts = {c for s in SENTENCES for c in s} | {s[i:i + 2] for s in SENTENCES for i in range(len(s) - 1)}
    parts |= {s[i:i + 3] for s in SENTENCES for i in range(len(s) - 2)}
    rules = {}
    for part in sorted(parts, key=len):
        if "\0" in part:
            continue
        to = whole.normalize_str(part)
        apart = "".join(rules.get(c, c) for c in part) if len(part) > 1 else part
        if to != apart and to != part:
            rules[part] = to
    table = OUT / "rules.tsv"
    code = lambda s: " ".join(f"{ord(c):X}" for c in s)
    table.write_text("".join(f"{code(a)}\t{code(b)}\n" for a, b in sorted(rules.items())))
    proto = train(normalization_rule_tsv=str(table))
    table.unlink()
    small = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    for sentence in SENTENCES:
        assert small.normalize_str(sentence) == whole.normalize_str(sentence), sentence
    return [(p.piece, p.score) for p in proto.pieces[3:]], small


def unigram(pieces, special, before, after, normalizer, pre_tokenizer):
    vocab = [(token, 0.0) for token in before] + pieces + [(token, 0.0) for token in after]
    made = Tokenizer(models.Unigram(vocab, unk_id=before.index(special["unk_token"])))
    made.normalizer, made.pre_tokenizer = normalizer, pre_tokenizer
    made.decoder = decoders.Metaspace()
    made.add_special_tokens(sorted(set(special.values())))
    cls, sep = special["cls_token"], special["sep_token"]
    made.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} {sep} $B {sep}",
        special_tokens=[(t, made.token_to_id(t)) for t in (cls, sep)])
    return PreTrainedTokenizerFast(tokenizer_object=made, **special)


def xlm_roberta_tokenizer(pieces, small):
    return unigram(
        pieces, ROBERTA_SPECIAL, ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"], small,
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]))


def deberta_tokenizer(pieces, normalizer):
    return unigram(
        pieces, BERT_SPECIAL, ["[PAD]", "[CLS]", "[SEP]", "[UNK]"], ["[MASK]"], normalizer,
        pre_tokenizers.Sequence([pre_tokenizers.Metaspace()]))


def main():
    pieces, small = unigram_model()
    # What transformers 4 and 5 make of DeBERTa's spm.model.
    four = normalizers.Sequence([normalizers.Strip(), small, normalizers.Replace(Regex(" {2,}"), " ")])
    five = normalizers.Sequence([
        normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " "), normalizers.NFC(), normalizers.Strip(left=False, right=True),
    ])
    deberta = dict(SIZES, max_position_embeddings=48, relative_attention=True, layer_norm_eps=1e-7)
    encoders = {
        "bert": (BertConfig, dict(SIZES, max_position_embeddings=48), word_pieces(False)),
        "roberta": (RobertaConfig, dict(
            SIZES, max_position_embeddings=48, type_vocab_size=1, layer_norm_eps=1e-5), byte_pairs()),
        "xlm_roberta": (XLMRobertaConfig, dict(
            SIZES, max_position_embeddings=48, type_vocab_size=1, layer_norm_eps=1e-5),
            xlm_roberta_tokenizer(pieces, small)),
        "electra": (ElectraConfig, dict(SIZES, embedding_size=6, max_position_embeddings=48), word_pieces(True)),
        "distilbert": (DistilBertConfig, dict(
            dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=48), word_pieces(True)),
        "deberta_v3": (DebertaV2Config, dict(
            deberta, position_buckets=6, max_relative_positions=-1, share_att_key=True, norm_rel_ebd="layer_norm",
            pos_att_type="p2c|c2p", position_biased_input=False, type_vocab_size=0), deberta_tokenizer(pieces, four)),
        "deberta_v2": (DebertaV2Config, dict(
            deberta, max_relative_positions=5, pos_att_type=["c2p", "p2c"], share_att_key=False, type_vocab_size=2,
            position_biased_input=True, embedding_size=6, conv_kernel_size=3, conv_act="gelu"),
            deberta_tokenizer(pieces, five)),
    }
    (OUT / "sentences.json").write_text(json.dumps(SENTENCES, ensure_ascii=False, indent=0))
    for seed, (name, (config, sizes, tokenizer)) in enumerate(encoders.items(), FIRST_SEED):
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        tokenizer.save_pretrained(folder)
        path = folder / "tokenizer.json"
        path.write_text(json.dumps(json.loads(path.read_text()), ensure_ascii=False, separators=(",", ":")))
        ids = [tokenizer(sentence)["input_ids"] for sentence in SENTENCES]
        (folder / "ids.json").write_text(json.dumps(ids, separators=(",", ":")))
        record(folder, seed, config(
            vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.cls_token_id,
            eos_token_id=tokenizer.sep_token_id, **sizes), tokenizer)


def record(folder, seed, config, tokenizer):
    torch.manual_seed(seed)
    model = AutoModel.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Large enough that attention is not nearly uniform. A row of padding, too: it is read.
            parameter.copy_(torch.randn_like(parameter) * (0.15 if parameter.dim() == 1 else 0.4))
            if "norm.weight" in name.lower():
                parameter.add_(1)
    model.save_pretrained(folder)
    chosen = [tokenizer(SENTENCES[i])["input_ids"] for i in (2, 5, 0, 20, 4)]
    width = 2 + max(len(row) for row in chosen)
    ids = torch.tensor([row + [config.pad_token_id] * (width - len(row)) for row in chosen])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in chosen])
    segments = torch.zeros_like(ids)
    if getattr(config, "type_vocab_size", 0) > 1:
        segments[1, 2:] = 1
    given = {} if config.model_type == "distilbert" else {"token_type_ids": segments}
    # In float64, so that what deviates is ours alone: the gradient of a key's bias is 0 but for rounding.
    model.double()
    output = model(input_ids=ids, attention_mask=mask, output_hidden_states=True, **given)
    output.last_hidden_state.sin().sum().backward()
    gradients = {
        f"gradient/{name}": parameter.grad.float().contiguous()
        for name, parameter in model.named_parameters() if parameter.grad is not None
    }
    inputs = {"ids": ids, "mask": mask, "segments": segments}
    states = {f"state/{i}": state.detach().float().contiguous() for i, state in enumerate(output.hidden_states)}
    save_file({k: v.int() for k, v in inputs.items()} | states | gradients, folder / "recorded.safetensors")


if __name__ == "__main__":
    sys.exit(main())
