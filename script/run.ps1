# Set up everything that is missing in .venv, then run entrain with the arguments given; without any, a session with a
# simulated heart. For Windows' PowerShell 5.1 and later. Written from documentation; not tried on Windows yet.
$ErrorActionPreference = "Stop"
$root = Split-Path -Parent $PSScriptRoot
$venv = Join-Path $root ".venv"
$python = Join-Path $venv "Scripts\python.exe"
$lock = Join-Path $root "script\lock.txt"
# A half-made environment must not look like a whole one: the stamp is written last.
$stamp = Join-Path $venv ".entrain-stamp"
$madeOf = ((Get-FileHash (Join-Path $root "pyproject.toml")).Hash, (Get-FileHash $lock).Hash, $root) -join " "
if (-not (Test-Path $stamp) -or (Get-Content -Raw -Encoding UTF8 $stamp).Trim() -ne $madeOf) {
    if (-not (Test-Path $python)) {
        $found = $null
        foreach ($version in "3.13", "3.12", "3.11", "3.14") {
            & py "-$version" --version *> $null
            if ($LASTEXITCODE -eq 0) { $found = "-$version"; break }
        }
        if ($null -eq $found) {
            [Console]::Error.WriteLine("entrain needs Python 3.11 or newer:  winget install Python.Python.3.13")
            exit 1
        }
        [Console]::Error.WriteLine("setting up in .venv (once)")
        & py $found -m venv $venv
    }
    & $python -m pip install --disable-pip-version-check --constraint $lock --editable $root | Out-Host
    if ($LASTEXITCODE -ne 0) {
        [Console]::Error.WriteLine("Setting up failed (see above). Is there a network?")
        exit 1
    }
    Set-Content -Encoding UTF8 $stamp $madeOf
    [Console]::Error.WriteLine("From now on:  $venv\Scripts\entrain.exe")
}
if ($args.Count -eq 0) { $args = @("demo") }
& (Join-Path $venv "Scripts\entrain.exe") @args
exit $LASTEXITCODE
