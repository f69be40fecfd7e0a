#!/usr/bin/env bash
# What only a machine with a GPU shows, in under eight minutes: webgpu on the real device held to the
# recordings, Self-MM and MulT beside PyTorch on CUDA where python3 has it, and TensorFlow on CUDA where
# its library is. Needs Deno with its packages cached where there is no network.
#
#   tests/bench/gpu.sh [FOLDER]      the logs' folder, else $OUT, else a new one
set -uo pipefail
cd "$(dirname "$0")/../.."
out=${1:-${OUT:-$(mktemp -d)}}
mkdir -p "$out"
deno=${DENO:-$(command -v deno || npx --yes deno@2.9.6 eval -p 'Deno.execPath()')}
failed=0

# step NAME SECONDS COMMAND…: runs it within so many seconds, shows the end of its log.
step() {
  local name=$1 seconds=$2 status
  shift 2
  echo "== $name"
  timeout --kill-after=5 "$seconds" "$@" >"$out/$name.log" 2>&1
  status=$?
  tail -n 20 "$out/$name.log"
  echo "== $name: status $status"
  [ "$status" -eq 0 ] || failed=$((failed + 1))
}

task() { echo "$deno" task -q "$@"; }

if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
else
  echo "there is no nvidia-smi here: what follows tells whether there is a GPU all the same"
fi
step doctor 40 $(task doctor)
if ! grep -q "^Engine webgpu:" "$out/doctor.log" ||
  grep -qiE "^Engine webgpu:.*(llvmpipe|swiftshader)" "$out/doctor.log"; then
  echo "webgpu has no GPU here: its numbers below, if any, are those of a driver in software"
fi

step layers 60 $(task parity:layers) tests/golden/layers.json --engine webgpu
step recording 60 $(task parity) tests/golden/self_mm_features --engine webgpu

device=cpu
if python3 -c "import sys, torch; sys.exit(not torch.cuda.is_available())" 2>/dev/null; then
  device=cuda
fi
echo "PyTorch's side runs on $device, where python3 has PyTorch"
export MSA_TORCH_DEVICE=$device
step self-mm 120 $(task bench) --only self-mm --engine webgpu --pairs 1
step mult 100 $(task bench) --only models --models mult --engine webgpu --pairs 1

if grep -q "^Engine tensorflow:.*GPU:0" "$out/doctor.log"; then
  step tensorflow 60 $(task parity) tests/golden/self_mm_features --engine tensorflow --device gpu
else
  echo "TensorFlow's CUDA library is not here: deno task engine:install --cuda, with network"
fi
echo "$failed steps failed; logs are in $out"
[ "$failed" -eq 0 ]
